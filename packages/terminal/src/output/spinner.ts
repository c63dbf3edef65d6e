/** Shows on a terminal, on stderr, that work is going on: a spinner, after half a second, and countdowns. */
import { untilAborted } from '../files/whole-file.ts';
import type { Io } from '../program/io.ts';
import { inCharset, showsUnicode } from './charset.ts';
import { ERASE_LINE } from './escape-sequences.ts';
import { note } from './output.ts';
import { isPlain } from './plain-mode.ts';
import { plain } from './sanitise.ts';
import { styleFor } from './style.ts';
import { cutToWidth } from './text-width.ts';

const DELAY = 500;
const FRAME = 100;
const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
/** For terminals that show ASCII only. */
const PLAIN_FRAMES = '|/-\\';

/** Runs `task`, and shows `message` meanwhile. The line is erased at the end, also after an error; a plain one stays. */
export async function withSpinner<T>(io: Io, message: string, task: () => Promise<T>): Promise<T> {
  if (!io.isTerminal) return task();
  const line = openStatusLine(io);
  const frames = showsUnicode(io.env) ? FRAMES : PLAIN_FRAMES;
  let frame = 0;
  const draw = () => {
    line.show(`${frames.charAt(frame++ % frames.length)} ${message}`);
    timer = setTimeout(draw, FRAME);
  };
  let timer = setTimeout(isPlain(io) ? () => note(io, plain(message)) : draw, DELAY);
  try {
    return await task();
  } finally {
    clearTimeout(timer);
    line.clear();
  }
}

/** Waits until `until` (Unix milliseconds) and shows the message for the seconds left. */
export async function countdown(
  io: Io,
  { until, message }: { until: number; message: (secondsLeft: number) => string },
): Promise<void> {
  const line = io.isTerminal && !isPlain(io) ? openStatusLine(io) : undefined;
  if (isPlain(io) && until > io.now()) note(io, message(Math.ceil((until - io.now()) / 1000)));
  let timer: NodeJS.Timeout | undefined;
  try {
    for (let left = until - io.now(); left > 0; left = until - io.now()) {
      line?.show(message(Math.ceil(left / 1000)));
      const next = new Promise((resolve) => {
        timer = setTimeout(resolve, left % 1000 || 1000);
      });
      await untilAborted(io.signal, next);
    }
  } finally {
    clearTimeout(timer);
    line?.clear();
  }
}

/** One line that is drawn repeatedly, never wider than the terminal, since only one line can be erased. */
function openStatusLine(io: Io): { show(text: string): void; clear(): void } {
  const style = styleFor(io.stderr, io.env);
  let shown = false;
  return {
    show(text) {
      // An ellipsis at the cut takes three columns in ASCII.
      const width = io.columns - (showsUnicode(io.env) ? 1 : 3);
      const fitting = inCharset(io.env, cutToWidth(inCharset(io.env, plain(text)), width));
      io.stderr.write(`${ERASE_LINE}${style.dim(fitting)}`);
      shown = true;
    },
    clear() {
      if (shown) io.stderr.write(ERASE_LINE);
      shown = false;
    },
  };
}
