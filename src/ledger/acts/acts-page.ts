import { fieldTable } from '../field-words.js';
import { LoadFile, STEP_FIELDS } from './load.js';

const { title, about, sources } = LoadFile.shape;
const HEAD = { title, about, sources };

/** The page of the file of acts, in Markdown, written from the schema that such a file is read by. */
export const actsPage = (): string =>
  `${[
    '# The file of acts',
    'Written by `bcf-ledger catalogue --acts` from the schema by which `bcf-ledger load` reads a file; not edited by hand.',
    'A file of acts is JSON. It opens a ledger, sets up a year, or brings in what was agreed elsewhere. `bcf-ledger load <files> --dry-run` checks how they are written, every field, fact and label, and records nothing; it needs no ledger, and so tries no rule. `bcf-ledger load <files>` records its steps in order and stops at the first that is refused, with what came before it standing. A step is known by what it would record: loaded again, by whichever officer of a body and however it is written, it changes nothing, so a file is corrected and loaded again. Types of scheme, areas of spend and kinds of provider may be written as the template of the year words them.',
    '**Loading signs in nobody.** Each step names its officer and is decided as that officer’s act, under the mandates of the register. Whoever holds the file and can write to the ledger acts as any officer in it: keep both as you keep the key of the ledger.',
    'Two whole examples: [opening.example.json](opening.example.json) opens a ledger with its partners and a fund; [negotiation.example.json](negotiation.example.json) goes on from it: an offer, a counter, signatures, a withdrawal, evidence, a closed period and an adjustment of it.',
    '## The file',
    fieldTable(HEAD),
    '`steps` is the list of what is done, in order; each step is as below.',
    '## A step',
    'A step does one thing: `post`, `propose`, `counter`, `agree`, `decline` or `withdraw`.',
    fieldTable(STEP_FIELDS),
    '## Labels',
    'A step with `"as": "offer"` can be named by later steps of the same file: `"agree": "offer"`. Inside the data of a fact, `"@offer"` stands for the identifier of that proposal, and in the fields `reverses`, `revises`, `notice` and `settles` for the revision of the last event that the step recorded: `"reverses": "@agreed"`.',
    '## Instants',
    'The ledger sets the instant at which each step is recorded. Only a ledger that was opened as a demonstration takes them from the file, under `at`: on every step, and never going back.',
  ].join('\n\n')}\n`;
