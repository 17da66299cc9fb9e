import { join } from 'node:path';

/**
 * How a test starts a program of this repository in its own process, with Node alone, without the hooks of the test
 * runner. These hooks take two seconds of processor time to load, and they end a process if a file may not grow.
 */
const BY_ITSELF: readonly string[] = ['env', '-u', 'NODE_OPTIONS'];

export const ALONE: readonly string[] = [...BY_ITSELF, '-u', 'NODE_V8_COVERAGE', process.execPath];

/** The same. If coverage is measured, Node itself writes what the program reached, beside the other results. */
export const MEASURED: readonly string[] =
  process.env['_TAPJS_PROCESSINFO_COVERAGE_'] === '1'
    ? [
        ...BY_ITSELF,
        `NODE_V8_COVERAGE=${join(process.env['_TAPJS_PROCESSINFO_CWD_']!, '.tap', 'coverage')}`,
        process.execPath,
      ]
    : ALONE;

/** The same, with additional options for what Node loads first: `--import …`. */
export const measuredWith = (nodeOptions: string): readonly string[] => [
  ...MEASURED.slice(0, -1),
  `NODE_OPTIONS=${nodeOptions}`,
  process.execPath,
];
