import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VARIABLES, type Variable } from '../../platform/config/variables.ts';

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');

describe('the README', () => {
  it('names every environment variable with its default and meaning, and no other', () => {
    const rows = readme
      .split('\n')
      .filter((line) => /^\| `[A-Z_]+` +\|/.test(line))
      .map((line) => line.replaceAll(/ +/g, ' '));
    expect(rows).toEqual(
      VARIABLES.map((variable: Variable) =>
        `| \`${variable.name}\` | ${variable.default === '' ? '' : `\`${variable.default}\``} | ${variable.meaning} |`.replaceAll(/ +/g, ' '),
      ),
    );
  });

  it('names only scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/npm run ([a-z:-]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => name !== undefined && scripts[name] === undefined)).toEqual([]);
  });
});

describe('the environment', () => {
  it('is read in entries only, and handed to the config files', () => {
    const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'], { cwd: root, encoding: 'utf8' })
      .trim()
      .split('\n');
    const readers = files.filter((file) => !file.startsWith('test/') && readFileSync(new URL(file, root), 'utf8').includes('process.env'));
    expect(readers.filter((file) => !/(^scripts\/|\/main(\.node)?\.ts$|^drizzle\.config\.ts$)/.test(file))).toEqual([]);
  });

  it('holds one copy of graphql', () => {
    const lock = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8')) as { packages: Record<string, unknown> };
    expect(Object.keys(lock.packages).filter((path) => path.endsWith('node_modules/graphql'))).toEqual(['node_modules/graphql']);
  });
});
