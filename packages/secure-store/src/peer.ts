/** The drivers of the back ends are optional peer dependencies: a user of one back end does not install the other. */
import { StoreError } from './errors.ts';

/**
 * Imports code that needs an optional peer dependency.
 *
 * @throws {StoreError} missing_package if the package cannot be loaded
 */
export async function withPeer<T>(name: 'lmdb' | 'pg', load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new StoreError(
      'missing_package',
      `The package ${name} cannot be loaded. Install it: npm install ${name}`,
      { cause },
    );
  }
}
