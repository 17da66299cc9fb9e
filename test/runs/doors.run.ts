import { run } from './runs.js';

await run('doors');
