package io.github.dino4j.data;

import java.util.ArrayList;
import java.util.List;

/** Comma-separated values by RFC 4180: fields may stand in quotes, and a quote in them is doubled. */
final class Csv {
    private final String text;
    private int at;

    private Csv(String text) {
        this.text = text;
    }

    /**
     * All records; lines without a character are passed over.
     *
     * @throws IllegalArgumentException if a quote is not closed, or text follows one
     */
    static List<List<String>> records(String text) {
        Csv csv = new Csv(text);
        List<List<String>> records = new ArrayList<>();
        while (csv.at < text.length()) {
            List<String> fields = csv.fields();
            if (fields.size() > 1 || !fields.get(0).isEmpty()) {
                records.add(fields);
            }
        }
        return records;
    }

    private List<String> fields() {
        List<String> fields = new ArrayList<>();
        do {
            fields.add(at < text.length() && text.charAt(at) == '"' ? quoted() : plain());
        } while (at < text.length() && text.charAt(at++) == ',');
        if (at > 0 && at < text.length() && text.charAt(at - 1) == '\r' && text.charAt(at) == '\n') {
            at++;
        }
        return fields;
    }

    private String plain() {
        int start = at;
        while (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(start, at);
    }

    private String quoted() {
        StringBuilder field = new StringBuilder();
        int start = at++;
        while (at < text.length()) {
            char next = text.charAt(at++);
            if (next != '"') {
                field.append(next);
            } else if (at < text.length() && text.charAt(at) == '"') {
                field.append(text.charAt(at++));
            } else if (at == text.length() || ",\r\n".indexOf(text.charAt(at)) >= 0) {
                return field.toString();
            } else {
                break;
            }
        }
        long line = 1 + text.substring(0, start).lines().count();
        throw new IllegalArgumentException("line "
                + Math.max(1, line - (start > 0 && text.charAt(start - 1) != '\n' ? 1 : 0))
                + ": a quoted field does not end where the next one begins; write quotes inside of it twice");
    }
}
