package io.github.dino4j.data;

import io.github.dino4j.predict.ClassList;
import java.nio.file.Path;
import java.util.List;

/** Data sets that are published, in the layout in which they are handed round. */
public final class PublishedSets {
    private PublishedSets() {}

    /** CamVid as the SegNet tutorial has it: {@code FOLDER/{train,val}/{images,labels}}, 11 classes. */
    public static Split camVid(Path folder) {
        return new Split(
                TruthSet.masks(DataSet.camVid(folder, "train"), ClassList.named("camvid")),
                TruthSet.masks(DataSet.camVid(folder, "val"), ClassList.named("camvid")));
    }

    /** Frames of an ICL-NUIM film, {@code FOLDER/{color,depth}} in millimetres; the last sixth is measured on. */
    public static Split iclNuim(Path folder) {
        TruthSet set = TruthSet.depths(DataSet.iclNuim(folder), 0.001);
        int first = set.size() * 5 / 6;
        return Split.ranges(set, "0-" + (first - 1), first + "-" + (set.size() - 1));
    }

    /** CIFAR-10 as pictures: {@code FOLDER/{train,test}/CLASS/*.jpg}. */
    public static Split cifar10(Path folder) {
        return new Split(
                ClassFolders.read(folder.resolve("train")).named("CIFAR-10 train"),
                ClassFolders.read(folder.resolve("test")).named("CIFAR-10 test"));
    }

    /** BCCD, blood cells: {@code FOLDER/{images,annotations}} with {@code train.txt} and {@code val.txt}. */
    public static Split bccd(Path folder) {
        TruthSet set = VocBoxes.read(
                        folder.resolve("images"),
                        folder.resolve("annotations"),
                        ClassList.of("bccd", List.of("RBC", "WBC", "Platelets")))
                .named("BCCD");
        return Split.lists(set, folder.resolve("train.txt"), folder.resolve("val.txt"));
    }
}
