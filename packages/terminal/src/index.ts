export { inCharset, showsUnicode } from './charset.ts';
export { CliError, type CliErrorOptions, problem } from './cli-error.ts';
export { callOf, type ProgramName, programCall, quoted } from './command-line/calls.ts';
export {
  createProgram,
  type ProgramParts,
  runProgram,
  withLeavesInHelp,
} from './command-line/run-program.ts';
export { askWholeYes, askYesOrNo, type ConfirmOptions, confirm } from './confirm.ts';
export { EXIT, type ExitCode } from './exit-codes.ts';
export { refuseInspector } from './inspector.ts';
export { columnsOf, type Io, type TerminalInput, type TerminalOutput } from './io.ts';
export { jsonLine } from './json-lines.ts';
export { makeKeyFile, readKeyFile } from './key-file.ts';
export {
  readable,
  readBinaryFile,
  readJsonFile,
  readTextFile,
  replaceFile,
  unwritableFile,
} from './named-files.ts';
export { openPrompts } from './open-prompts.ts';
export { fieldLines, note, printFields, printJson, printLine, printTable, warn } from './output.ts';
export {
  checkOwnFolder,
  type FolderWithRootsFiles,
  foldersWithRootsFiles,
  makeOwnFolder,
  unusableFolder,
} from './own-folder.ts';
export { checkTarget, type PlaceFileOptions, placeBytes, placeFile } from './place-file.ts';
export type { Choice, Confirmation, Menu, Prompts, Question } from './prompts.ts';
export { reportError } from './report-error.ts';
export { type Run, runMain } from './run-main.ts';
export { plain, printable, sentence } from './sanitise.ts';
export { readSecretBytes, readSecretFile, readSecretStream, type SecretFileOptions } from './secret-file.ts';
export { countdown, withSpinner } from './spinner.ts';
export { type Style, styleFor } from './style.ts';
export { systemReason } from './system-reason.ts';
export { formatTable, type TableOptions } from './table.ts';
export { decodeText, readText } from './text-file.ts';
export { askNewSecret, type NewSecret, type Tries, withTries } from './tries.ts';
export { homeFolder, userFolder } from './user-folder.ts';
export { chunksOf, openToRead, readWhole, untilAborted } from './whole-file.ts';
export { asSentence, counted, duration, exactMoment, isoTime, moment, relative } from './words.ts';
export { wrapWords } from './wrap.ts';
