/** Answers for programs and for people. */
import { type Answer, printAnswer } from '@countersign/terminal';
import { memoryIo } from '@countersign/terminal/testing';
import { describe, expect, it } from 'vitest';

const ANSWER: Answer = {
  json: { event: 'added', name: 'wiki' },
  text: 'The service was added.',
  fields: [['Name', 'wiki']],
  table: { head: ['Role'], rows: [['staff']] },
  notes: ['Check the audience.', undefined],
};

async function printed(json: boolean, answer: Answer): Promise<{ stdout: string; stderr: string }> {
  const { io, stdout, stderr } = memoryIo();
  await printAnswer(io, { json }, answer);
  return { stdout: stdout(), stderr: stderr() };
}

describe('an answer', () => {
  it('is one object for programs, and nothing else', async () => {
    const only = { stdout: '{"event":"added","name":"wiki"}\n', stderr: '' };
    expect(await printed(true, ANSWER)).toEqual(only);
  });

  it('is one object for each row of a list', async () => {
    const { stdout } = await printed(true, { json: [{ name: 'a' }, { name: 'b' }] });
    expect(stdout).toBe('{"name":"a"}\n{"name":"b"}\n');
  });

  it('is words for people, with what to do next on stderr', async () => {
    expect(await printed(false, ANSWER)).toEqual({
      stdout: 'The service was added.\n  Name  wiki\nRole\nstaff\n',
      stderr: 'Check the audience.\n',
    });
  });

  it('has several values under one name, and leaves out a name without a value', async () => {
    const fields = [
      ['Roles', ['staff', 'admin']],
      ['Codes', undefined],
      ['Waits', []],
    ] as const;
    const { stdout } = await printed(false, { json: {}, fields, indent: 0 });
    expect(stdout).toBe('Roles  staff\n       admin\n');
  });

  it('leaves out a column without values', async () => {
    const table = { head: ['Name', 'Roles'], rows: [['alice', '']], ifAny: ['Roles'] };
    expect((await printed(false, { json: [], table })).stdout).toBe('Name\nalice\n');
  });

  it('says so if a list is empty', async () => {
    const table = { none: 'There are no services.', head: ['Name'], rows: [] };
    expect(await printed(false, { json: [], table })).toEqual({
      stdout: '',
      stderr: 'There are no services.\n',
    });
  });
});
