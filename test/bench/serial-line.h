#include <sys/types.h>

/** A serial line, and the program at its other end where this one has started it. */
struct line {
  int in, out;
  pid_t other_end;
};

/**
 * Opens a line: a terminal's path, tcp:PORT or unix:PATH; or stdio:COMMAND or device:COMMAND, which start the other end
 * with pipes as its standard input and output, or with the path of a terminal as $1.
 */
struct line open_line(const char *name);

/** Ends the program at the other end. */
void end_line(const struct line *line);
