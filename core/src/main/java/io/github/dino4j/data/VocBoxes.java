package io.github.dino4j.data;

import io.github.dino4j.augment.LabelledBox;
import io.github.dino4j.image.Box;
import io.github.dino4j.predict.ClassList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Boxes as PASCAL VOC writes them: one XML a photo. Pixels there count from 1 and {@code xmax} is the last column inside, so
 * that a box is {@code (xmin - 1, ymin - 1, xmax, ymax)} here. Objects marked {@code difficult} become crowds: nothing that
 * training or evaluation should count.
 *
 * <p>Document types are refused, and with them external entities.
 */
public final class VocBoxes {
    private VocBoxes() {}

    /**
     * Pairs photos and annotations by name.
     *
     * @throws DataSetException naming every file without partner, and every annotation that cannot be read, knows another
     *     class, or has a box turned round
     */
    public static TruthSet read(Path images, Path annotations, ClassList classes) {
        DataSet pairs = DataSet.ofFolders(images.toString(), images, annotations, DataSet.ANNOTATIONS);
        DocumentBuilder parser = parser();
        List<BadFile> bad = new ArrayList<>();
        List<Example> examples = new ArrayList<>();
        for (Sample pair : pairs.samples()) {
            try {
                Element root = parser.parse(pair.truth().toFile()).getDocumentElement();
                examples.add(Example.ofBoxes(pair.name(), pair.image(), boxes(root, classes)));
            } catch (IOException | SAXException | IllegalArgumentException e) {
                bad.add(new BadFile(pair.truth(), pair.truth() + ": " + e.getMessage()));
            }
        }
        if (!bad.isEmpty()) {
            throw new DataSetException(
                    annotations + ": " + bad.size() + " annotations cannot be used. Repair them, or take them away"
                            + " together with their photos:",
                    bad);
        }
        return TruthSet.of(pairs.name(), classes, examples);
    }

    private static List<LabelledBox> boxes(Element root, ClassList classes) {
        if (!root.getTagName().equals("annotation")) {
            throw new IllegalArgumentException(
                    "begins with <" + root.getTagName() + ">, PASCAL VOC's annotations with <annotation>");
        }
        NodeList objects = root.getElementsByTagName("object");
        List<LabelledBox> boxes = new ArrayList<>();
        for (int i = 0; i < objects.getLength(); i++) {
            Element object = (Element) objects.item(i);
            String label = text(object, "name");
            int index = classes.names().indexOf(label);
            if (index < 0) {
                throw new IllegalArgumentException("object " + (i + 1) + " is a '" + label + "', which is no class of "
                        + classes.names() + ". Add it to the class list.");
            }
            Element place = first(object, "bndbox");
            double[] edges = {
                number(place, "xmin") - 1, number(place, "ymin") - 1, number(place, "xmax"), number(place, "ymax")
            };
            if (edges[2] < edges[0] || edges[3] < edges[1]) {
                throw new IllegalArgumentException("the box of object " + (i + 1) + " ('" + label
                        + "') ends before it begins: its smallest and largest column or row are turned round");
            }
            Box box = new Box(edges[0], edges[1], edges[2], edges[3]);
            boxes.add(new LabelledBox(box, index, isDifficult(object)));
        }
        return boxes;
    }

    private static boolean isDifficult(Element object) {
        NodeList found = object.getElementsByTagName("difficult");
        return found.getLength() > 0 && found.item(0).getTextContent().strip().equals("1");
    }

    private static Element first(Element parent, String tag) {
        NodeList found = parent.getElementsByTagName(tag);
        if (found.getLength() == 0) {
            throw new IllegalArgumentException("an <" + parent.getTagName() + "> has no <" + tag + ">");
        }
        return (Element) found.item(0);
    }

    private static String text(Element parent, String tag) {
        return first(parent, tag).getTextContent().strip();
    }

    private static double number(Element parent, String tag) {
        String text = text(parent, tag);
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("<" + tag + "> is '" + text + "', a number was wanted", e);
        }
    }

    private static DocumentBuilder parser() {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            DocumentBuilder parser = factory.newDocumentBuilder();
            parser.setErrorHandler(new Strict());
            return parser;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("this Java runtime has no XML parser that refuses external entities", e);
        }
    }

    /** Errors are thrown, not written to the console. */
    private static final class Strict implements ErrorHandler {
        @Override
        public void warning(SAXParseException e) {}

        @Override
        public void error(SAXParseException e) throws SAXException {
            throw e;
        }

        @Override
        public void fatalError(SAXParseException e) throws SAXException {
            throw e;
        }
    }
}
