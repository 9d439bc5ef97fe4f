/**
 * Data sets of files with their truth.
 *
 * <p>{@link io.github.dino4j.data.DataSet} pairs photos with files of truth by name; {@link
 * io.github.dino4j.data.TruthSet} knows what the truth means (classes, masks, depths, boxes), reads one example at a time as
 * a {@link io.github.dino4j.augment.Scene}, splits, and reads every file once before hours of work. It comes from folders
 * of classes, pairs of folders, {@link io.github.dino4j.data.VocBoxes}, {@link io.github.dino4j.data.CocoBoxes} and {@link
 * io.github.dino4j.data.Manifest} (CSV).
 *
 * <pre>{@code
 * TruthSet set = TruthSet.masks(DataSet.camVid(Path.of("camvid"), "train"), ClassList.named("camvid"));
 * DataReport report = set.check(2, CheckListener.NONE);
 * System.out.println(report.require().table());
 * Scene scene = set.read(0);
 * }</pre>
 */
@NullMarked
package io.github.dino4j.data;

import org.jspecify.annotations.NullMarked;
