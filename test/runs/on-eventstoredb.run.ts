import { run } from './runs.js';

await run('on-eventstoredb');
