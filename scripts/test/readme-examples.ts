/**
 * The JavaScript examples of all READMEs, and how to run them: each `js` block is a complete program. Its
 * expected output is in comments behind its `console.log` lines, or in a separate block after the shell
 * command that starts it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from '../child-process.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Time limit of a README's program. */
const LIMIT = 60_000;

export interface ReadmeExample {
  /** The README and the number of the block, for test and file names. */
  readonly name: string;
  /** The package of the README, or `undefined` for the root. */
  readonly package: string | undefined;
  readonly code: string;
  /**
   * The command that `sh` runs instead of `node FILE`, if the README shows one. The first line of the block
   * names the file.
   */
  readonly command: string | undefined;
  /** The name of the file for the block, without a folder. */
  readonly file: string;
  /** The expected standard output. */
  readonly prints: string;
}

const PROMISE = /console\.log\(.*\); \/\/ (.*)$/gm;
const BLOCK = /^```(\w*)\n(.*?)^```$/gms;

function examplesOf(path: string, owner: string | undefined): ReadmeExample[] {
  const blocks = [...readFileSync(join(ROOT, path), 'utf8').matchAll(BLOCK)];
  const examples: ReadmeExample[] = [];
  for (const [index, [, language, code = '']] of blocks.entries()) {
    if (language !== 'js') continue;
    const name = `${path} ${examples.length + 1}`;
    const named = /^\/\/ (\S+\.js)\n/.exec(code)?.[1];
    const [, , command] = named === undefined ? [] : (blocks[index + 1] ?? []);
    const prints =
      command === undefined
        ? [...code.matchAll(PROMISE)].map(([, said]) => `${said}\n`).join('')
        : (blocks[index + 2]?.[2] ?? '');
    const file = (named ?? `${name.replaceAll(/\W+/g, '-')}.mjs`).replace(/\.js$/, '.mjs');
    examples.push({ name, package: owner, code, command: command?.replace(named ?? '', file), file, prints });
  }
  return examples;
}

/** Returns the examples of the root README and of every package and program. */
export function readmeExamples(): ReadmeExample[] {
  const folders = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => ({ path: `${group}/${name}/README.md`, owner: name })),
  );
  return [
    ...examplesOf('README.md', undefined),
    ...folders.flatMap(({ path, owner }) => examplesOf(path, `@countersign/${owner}`)),
  ];
}

/**
 * Writes an example to `folder`, from which its packages resolve, and runs it. Returns its standard output.
 */
export function runExample(example: ReadmeExample, folder: string): Promise<string> {
  const path = join(folder, example.file);
  writeFileSync(path, example.code);
  const [program, args] =
    example.command === undefined ? [process.execPath, [path]] : ['sh', ['-c', example.command]];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT,
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors += text;
    });
    child.on('error', reject).on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${example.name} ended with ${code ?? signal}:\n${errors}`));
    });
  });
}
