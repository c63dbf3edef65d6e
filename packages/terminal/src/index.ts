export { checkTarget, type PlaceFileOptions, placeBytes, placeFile } from '@countersign/own-files';
export { several, span, textThat, wholeNumber } from './command-line/arguments.ts';
export { callOf, type ProgramName, quoted } from './command-line/calls.ts';
export type { Program } from './command-line/examples.ts';
export { addForm, type Form, type Group, type Leaf, withJson } from './command-line/form.ts';
export { manPage } from './command-line/man-page.ts';
export { addOwnCommands, OWN_COMMANDS } from './command-line/own-commands.ts';
export {
  createProgram,
  type ProgramParts,
  runProgram,
  withLeavesInHelp,
} from './command-line/run-program.ts';
export { CliError, problem, usageError } from './errors/cli-error.ts';
export { EXIT, type ExitCode } from './errors/exit-codes.ts';
export { systemReason } from './errors/system-reason.ts';
export { makeKeyFile } from './files/key-file.ts';
export {
  readable,
  readBinaryFile,
  readJsonFile,
  readTextFile,
  replaceFile,
  unwritableFile,
  writable,
} from './files/named-files.ts';
export {
  checkOwnFolder,
  foldersWithRootsFiles,
  makeOwnFolder,
  unusableFolder,
} from './files/own-folder.ts';
export { checkPublicFile, writePublicFile } from './files/public-file.ts';
export { RereadableFile } from './files/rereadable-file.ts';
export {
  readSecretBytes,
  readSecretFile,
  readSecretStream,
  type SecretFileOptions,
} from './files/secret-file.ts';
export { runtimeFolder, userFolder } from './files/user-folder.ts';
export { decodeText, readAtMost, readText, untilAborted } from './files/whole-file.ts';
export { type Answer, type Fields, printAnswer } from './output/answer.ts';
export { refuseTerminal, writeOut } from './output/binary-output.ts';
export { showsUnicode } from './output/charset.ts';
export { fieldLines, note, printFields, printJson, printLine, printTable, warn } from './output/output.ts';
export { plain, sentence } from './output/sanitise.ts';
export { countdown, withSpinner } from './output/spinner.ts';
export { type Style, styleFor } from './output/style.ts';
export type { TableOptions } from './output/table.ts';
export { asSentence, counted, duration, exactMoment, isoTime, moment, relative } from './output/words.ts';
export { wrapWords } from './output/wrap.ts';
export { columnsOf, type Io, type TerminalInput, type TerminalOutput } from './program/io.ts';
export { type Run, runMain } from './program/run-main.ts';
export { askWholeYes, askYesOrNo, type ConfirmOptions, confirm } from './prompts/confirm.ts';
export { openPrompts } from './prompts/open-prompts.ts';
export type { Choice, Menu, Prompts, Question } from './prompts/prompts.ts';
export { askNewSecret, type NewSecret, type Tries, withTries } from './prompts/tries.ts';
export {
  askNewPassphrase,
  askNewUnlock,
  askServerUnlock,
  askUnlock,
  type BytesUnlock,
  comesFromFile,
  forget,
  type UnlockSource,
  unlocking,
  withUnlock,
} from './prompts/unlock.ts';
export {
  applyFile,
  applyVariables,
  forgetFile,
  type Receivers,
  settingsOf,
} from './settings/apply-settings.ts';
export { givenSettings, originOf, settingsTemplate } from './settings/report-settings.ts';
export { addSettings, type Setting } from './settings/setting.ts';
export { readSettingsFile, type SettingsFile } from './settings/settings-file.ts';
