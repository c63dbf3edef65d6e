export { callOf, type ProgramName, programCall, quoted } from './calls.ts';
export { CliError, type CliErrorOptions } from './cli-error.ts';
export { type CommandTree, commandWords } from './command-words.ts';
export { EXIT, type ExitCode } from './exit-codes.ts';
export { refuseInspector } from './inspector.ts';
export { columnsOf, type Io, type TerminalInput, type TerminalOutput } from './io.ts';
export { jsonLine } from './json-lines.ts';
export { checkOptionValues } from './option-values.ts';
export { note, printJson, printLine, printTable, warn } from './output.ts';
export { checkTarget, type PlaceFileOptions, placeBytes, placeFile } from './place-file.ts';
export {
  type Choice,
  type Confirmation,
  type Menu,
  openPrompts,
  type Prompts,
  type Question,
} from './prompts.ts';
export { reportError } from './report-error.ts';
export { type Run, runMain } from './run-main.ts';
export { plain, printable, sentence } from './sanitise.ts';
export { readSecretBytes, readSecretFile, readSecretStream, type SecretFileOptions } from './secret-file.ts';
export { countdown, withSpinner } from './spinner.ts';
export { type Style, styleFor } from './style.ts';
export { systemReason } from './system-reason.ts';
export { formatTable, type TableOptions } from './table.ts';
export { decodeText, readText } from './text-file.ts';
export { homeFolder, userFolder } from './user-folder.ts';
export { chunksOf, openToRead, readWhole, untilAborted } from './whole-file.ts';
export { counted, duration, exactMoment, isoTime, moment, relative } from './words.ts';
export { wrapWords } from './wrap.ts';
export { askYesOrNo } from './yes-or-no.ts';
