import { Option } from 'commander';
import { actsPage } from '../../ledger/acts/acts-page.js';
import { eventCatalogue } from '../../ledger/event-catalogue.js';
import { figuresPage } from '../../ledger/figure-words.js';
import { type Commands, type Terminal } from '../terminal.js';

/** Commands that describe the program itself. */

function catalogue({ program, output }: Terminal): void {
  program
    .command('catalogue')
    .description('print the catalogue of events, of figures, or of the fields of a file of acts, as Markdown')
    .addOption(new Option('--figures', 'what each figure of an answer is').conflicts('acts'))
    .option('--acts', 'the fields of a file of acts')
    .action(({ figures, acts }: { figures?: true; acts?: true }) =>
      output.data((figures ? figuresPage() : acts ? actsPage() : eventCatalogue()).trimEnd()),
    );
}

export const READING: Commands = {
  heading: 'Read about it:',
  commands: [catalogue],
};
