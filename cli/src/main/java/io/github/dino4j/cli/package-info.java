/** The command line: a class a command, each a thin front over the library. */
@NullMarked
package io.github.dino4j.cli;

import org.jspecify.annotations.NullMarked;
