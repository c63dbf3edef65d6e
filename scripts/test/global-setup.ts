import type { TestProject } from 'vitest/node';
import { debianPackages, findMissing } from '../counterparts.mjs';
import { prepare } from '../prepare.mjs';

/**
 * Builds the programs that tests start, and looks for the counterparts, once per run.
 *
 * @throws {Error} with CI=true, if a counterpart is missing
 */
export async function setup(project: TestProject): Promise<void> {
  const missing = await findMissing();
  if (process.env.CI === 'true' && missing.length > 0)
    throw new Error(
      `With CI=true nothing is skipped, and this machine lacks ${missing.join(', ')}. ` +
        `Run scripts/counterparts.sh to install ${debianPackages(missing).join(' ')}.`,
    );
  project.provide('missingCounterparts', missing);
  await prepare({ quiet: true });
}
