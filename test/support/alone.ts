import { join } from 'node:path';

/**
 * How a test starts a program of this repository in a process of its own: by Node without what runs the tests. Those hooks
 * take two seconds of a processor to load, and they end a process where a file may not grow.
 */
const BY_ITSELF: readonly string[] = ['env', '-u', 'NODE_OPTIONS'];

export const ALONE: readonly string[] = [...BY_ITSELF, '-u', 'NODE_V8_COVERAGE', process.execPath];

/** The same, and where what the tests reach is measured, Node itself writes what the program reached, beside the rest. */
export const MEASURED: readonly string[] =
  process.env['_TAPJS_PROCESSINFO_COVERAGE_'] === '1'
    ? [
        ...BY_ITSELF,
        `NODE_V8_COVERAGE=${join(process.env['_TAPJS_PROCESSINFO_CWD_']!, '.tap', 'coverage')}`,
        process.execPath,
      ]
    : ALONE;

/** The same with a setting of its own of what Node loads first: `--import …`. */
export const measuredWith = (nodeOptions: string): readonly string[] => [
  ...MEASURED.slice(0, -1),
  `NODE_OPTIONS=${nodeOptions}`,
  process.execPath,
];
