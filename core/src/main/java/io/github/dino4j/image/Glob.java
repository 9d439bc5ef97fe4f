package io.github.dino4j.image;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A file pattern with slashes, as shells have it: {@code *} and {@code ?} within a name, {@code [abc]}, {@code {a,b}}, and
 * {@code **}{@code /} for any depth of folders, none included (where Java's own glob wants at least one).
 */
final class Glob {
    private final Pattern pattern;

    /** @throws ImageException if a bracket is not closed */
    Glob(String glob) {
        try {
            pattern = Pattern.compile(regex(glob));
        } catch (PatternSyntaxException e) {
            throw new ImageException("'" + glob + "' is no pattern: " + e.getDescription(), e);
        }
    }

    boolean matches(String path) {
        return pattern.matcher(path).matches();
    }

    private static String regex(String glob) {
        StringBuilder regex = new StringBuilder();
        boolean group = false;
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (glob.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else if (c == '[' && glob.indexOf(']', i + 2) > 0) {
                int end = glob.indexOf(']', i + 2);
                String set = glob.substring(i + 1, end)
                        .replace("\\", "\\\\")
                        .replace("[", "\\[")
                        .replace("&&", "&\\&");
                regex.append("(?!/)[")
                        .append(set.startsWith("!") ? "^" + set.substring(1) : set)
                        .append(']');
                i = end;
            } else if (c == '{') {
                regex.append("(?:");
                group = true;
            } else if (c == '}' && group) {
                regex.append(')');
                group = false;
            } else if (c == ',' && group) {
                regex.append('|');
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return regex.toString();
    }
}
