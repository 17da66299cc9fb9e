import { inWords, isNothing } from '../format.js';

interface GapFigures {
  readonly requirement: string;
  readonly funded: string;
  readonly soft: string;
  readonly hard: string;
}

/** The gap in one sentence, from its figures alone. */
export function gapInWords({ requirement, funded, soft, hard }: GapFigures): string {
  const required = isNothing(requirement) ? 'Nothing is required' : `${inWords(requirement)} is required`;
  const parts = [
    isNothing(funded) ? 'nothing is funded' : `${inWords(funded)} is funded`,
    ...(isNothing(soft) ? [] : [`${inWords(soft)} is offered and not signed`]),
    isNothing(hard)
      ? 'nothing is missing'
      : hard.startsWith('-')
        ? `that is ${inWords(hard.slice(1))} more than is required`
        : `nobody offers ${inWords(hard)}`,
  ];
  return `${required}: ${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)!}.`;
}
