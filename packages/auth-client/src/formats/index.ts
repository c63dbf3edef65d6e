export { type ExecInfo, execCredential, readExecInfo } from './exec-credential.ts';
export { type GitRequest, gitAnswer, parseGitRequest } from './git-credential.ts';
