/** Shows on stderr that something is going on, once it has taken half a second, and only on a terminal. */
import { inCharset, showsUnicode } from './charset.ts';
import { ERASE_LINE } from './escape-sequences.ts';
import type { Io } from './io.ts';
import { plain } from './sanitise.ts';
import { styleFor } from './style.ts';
import { cutToWidth } from './text-width.ts';

const DELAY = 500;
const FRAME = 100;
const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
/** Where there are no other characters. */
const PLAIN_FRAMES = '|/-\\';

/**
 * Runs `task` and shows `message` while it lasts; the line is gone when it is over, however it ended.
 * The task hears of Ctrl-C through `io.signal`, as everything does.
 */
export async function withSpinner<T>(io: Io, message: string, task: () => Promise<T>): Promise<T> {
  if (!io.isTerminal) return task();
  const line = openStatusLine(io);
  const frames = showsUnicode(io.env) ? FRAMES : PLAIN_FRAMES;
  let frame = 0;
  let interval: NodeJS.Timeout | undefined;
  const draw = () => line.show(`${frames.charAt(frame++ % frames.length)} ${message}`);
  const delay = setTimeout(() => {
    draw();
    interval = setInterval(draw, FRAME);
  }, DELAY);
  try {
    return await task();
  } finally {
    clearTimeout(delay);
    clearInterval(interval);
    line.clear();
  }
}

/** Waits until `until` (milliseconds since 1970) and shows what `message` makes of the seconds left. */
export async function countdown(
  io: Io,
  { until, message }: { until: number; message: (secondsLeft: number) => string },
): Promise<void> {
  const line = io.isTerminal ? openStatusLine(io) : undefined;
  try {
    for (let left = until - io.now(); left > 0; left = until - io.now()) {
      line?.show(message(Math.ceil(left / 1000)));
      await wait(io, left % 1000 || 1000);
    }
  } finally {
    line?.clear();
  }
}

function wait(io: Io, milliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    io.signal.throwIfAborted();
    const timer = setTimeout(() => {
      io.signal.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    const onAbort = () => {
      clearTimeout(timer);
      reject(io.signal.reason);
    };
    io.signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** One line that is drawn over and over, never wider than the terminal, since only one line can be erased. */
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
