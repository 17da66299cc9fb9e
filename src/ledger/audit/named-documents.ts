import type { EventStore } from '../../store/event-store.js';
import { pageOfStream } from '../../store/pages.js';

/**
 * The digests of all documents that a stream names: of its facts, its proposals and whatever else was recorded there, counted or
 * not. Undefined where nothing was recorded in it. Rejects where the stream cannot be read to its end as it was recorded.
 */
export async function documentsNamed(store: EventStore, stream: string): Promise<ReadonlySet<string> | undefined> {
  const named = new Set<string>();
  let after = -1n;
  for (;;) {
    const page = await pageOfStream(store, stream, after);
    if (page.length === 0) return after === -1n ? undefined : named;
    for (const { metadata } of page) {
      const { evidence = [] } = JSON.parse(metadata) as { evidence?: readonly { readonly sha256?: string | null }[] };
      for (const { sha256 } of evidence) if (typeof sha256 === 'string') named.add(sha256);
    }
    after = page.at(-1)!.revision;
  }
}
