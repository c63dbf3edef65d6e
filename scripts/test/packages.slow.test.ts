/**
 * The packages as a user gets them: packed, installed with npm into an empty folder outside the checkout, and
 * used by every README example, run as JavaScript and compiled as strict TypeScript.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execFile } from '../child-process.mjs';
import { platformless, productionPackages } from './lock-file.ts';
import { ROOT, readmeExamples, runExample } from './readme-examples.ts';

const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  devDependencies: Record<string, string>;
};
const PACKAGES = ['packages', 'apps'].flatMap((group) =>
  readdirSync(join(ROOT, group)).map((name) => ({
    name: `@countersign/${name}`,
    folder: join(ROOT, group, name),
  })),
);
/** A program exports nothing to import. */
const LIBRARIES = PACKAGES.filter(({ folder: path }) =>
  /"exports":/.test(readFileSync(join(path, 'package.json'), 'utf8')),
);
const examples = readmeExamples();
const LIMIT = 240_000;

let folder = '';

/** Runs a program in the user's folder. If it fails or takes too long, rejects with everything it printed. */
async function run(program: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await execFile(program, args, { cwd: folder, timeout: LIMIT });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

function tool(path: string, ...args: string[]): Promise<string> {
  return run(process.execPath, join(ROOT, 'node_modules', path), ...args);
}

/** The tarball that `npm pack` made of a package. */
function tarball(name: string): string {
  const prefix = `${name.slice(1).replace('/', '-')}-`;
  const file = readdirSync(folder).find(
    (entry) => entry.startsWith(prefix) && /^\d/.test(entry.slice(prefix.length)),
  );
  if (file === undefined) throw new Error(`npm pack made nothing of ${name}`);
  return `./${file}`;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-stranger-'));
  await run(
    'npm',
    'pack',
    '--silent',
    `--pack-destination=${folder}`,
    ...PACKAGES.map(({ folder: path }) => path),
  );
  const own = { name: 'stranger', version: '1.0.0', private: true, type: 'module' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(own));
  const { '@types/node': types } = MANIFEST.devDependencies;
  await run(
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    ...PACKAGES.map(({ name }) => tarball(name)),
    'zod@4.6.7', // from the install line in secure-store's README
    `@types/node@${types}`,
  );
}, LIMIT);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.for(PACKAGES)('$name, packed', ({ name }) => {
  const files = () => readdirSync(join(folder, 'node_modules', name), { recursive: true }).map(String);

  it('contains its licence, its README and its build, and neither tests nor build state', () => {
    expect(files()).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist']));
    expect(files().filter((path) => /(^|\/)test\/|tsbuildinfo/.test(path))).toEqual([]);
  });

  it('is published as publint expects', async () => {
    // publint fails for warnings and errors, and only prints suggestions.
    expect(await tool('publint/src/cli.js', 'run', tarball(name), '--strict')).toContain('Linting...');
  });
});

it.for(LIBRARIES)('$name has the types that are-the-types-wrong expects', async ({ name }) => {
  const options = ['--profile=esm-only', '--format=ascii', '--no-color'];
  const vectors = '--exclude-entrypoints=vectors/negative.json';
  const checking = tool('@arethetypeswrong/cli/dist/index.js', tarball(name), ...options, vectors);
  await expect(checking).resolves.toContain(name);
});

it('npm installs the packages of docs/dependencies.md, and those of the test', async () => {
  const { components } = JSON.parse(await run('npm', 'sbom', '--omit=dev', '--sbom-format=cyclonedx')) as {
    components: { readonly group?: string; readonly name: string }[];
  };
  const installed = components
    .map(({ group, name }) => platformless(group === undefined ? name : `${group}/${name}`))
    .filter((name) => !/^@countersign\/|^@types\/node$|^undici-types$/.test(name));
  expect([...new Set(installed)].sort()).toEqual([...productionPackages().keys()].sort());
});

describe('a user without the optional peers', () => {
  const OPENING = "import { openStore } from '@countersign/secure-store';\n";
  const needing: Readonly<Record<string, string>> = {
    lmdb: `${OPENING}import { lmdbBackend } from '@countersign/secure-store/lmdb';
      const backend = lmdbBackend({ dir: 'store' });
      await openStore({ backend, passphrase: 'correct horse', create: 'if-empty' }).catch(print);`,
    pg: `${OPENING}import { parsePlace } from '@countersign/secure-store/place';
      const backend = await parsePlace('postgres://127.0.0.1:1/none').open();
      await openStore({ backend, passphrase: 'correct horse', create: 'if-empty' }).catch(print);`,
    selfsigned: `import { generateIdentity } from '@countersign/tls-channel';
      await generateIdentity({ hosts: ['localhost'] }).catch(print);`,
  };
  let home = '';

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'countersign-without-peers-'));
    writeFileSync(join(home, 'package.json'), '{}');
    const libraries = LIBRARIES.map(({ name }) => join(folder, tarball(name)));
    await run(
      'npm',
      'install',
      `--prefix=${home}`,
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      ...libraries,
    );
  }, LIMIT);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it.for(Object.entries(needing))('learns which package to install: %s', async ([name, program]) => {
    const path = join(home, `${name}.mjs`);
    writeFileSync(
      path,
      `${program}\nfunction print({ code, message }) { console.log(code + ': ' + message); }`,
    );
    expect(await run(process.execPath, path)).toMatch(
      new RegExp(`^missing_package: the package ${name} cannot .* Install it: npm install ${name}\\n$`, 'i'),
    );
  });
});

describe('a user outside the repository', () => {
  it.for(examples)('runs $name in plain JavaScript', async (example) => {
    expect(await runExample(example, folder)).toBe(example.prints);
  });

  it.each(['nodenext', 'bundler'])(
    'compiles all examples in strict TypeScript, resolved as %s',
    async (resolution) => {
      const place = join(folder, `typescript-${resolution}`);
      mkdirSync(place);
      for (const { file, code } of examples) writeFileSync(join(place, file.replace(/\.mjs$/, '.mts')), code);
      const compilerOptions = {
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        noEmit: true,
        skipLibCheck: false,
        target: 'es2023',
        lib: ['es2023'],
        types: ['node'],
        module: resolution === 'bundler' ? 'preserve' : 'nodenext',
        moduleResolution: resolution,
      };
      writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.mts'] }));
      expect(await tool('typescript/bin/tsc', '-p', place)).toBe('');
    },
  );

  it.each([
    ['countersign', '@countersign/cli-client'],
    ['countersign-server', '@countersign/cli-server'],
  ])('starts %s by name and by npx', async (program, name) => {
    expect(await run('npx', '--no-install', program, '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await run('npx', '--no-install', name, '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
