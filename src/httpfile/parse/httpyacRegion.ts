import type { CurlRequest } from './curlRequest.ts';
import type { ExtraNode, HeaderNode, MetadataNode, Span } from './tree.ts';

/** What is known of the request that is being read, and what stood before it. */
export interface Region {
  readonly title: string | null;
  readonly first: number;
  readonly metadata: MetadataNode[];
  readonly extras: ExtraNode[];
  readonly headers: HeaderNode[];
  readonly body: number[];
  request: { line: number; method: string; url: string; urlSpan: Span } | null;
  /** The request is a cURL command. */
  curl: CurlRequest | null;
  hasQuery: boolean;
  isMarkdown: boolean;
  /** After a recorded response everything up to the next request belongs to it. */
  inResponse: boolean;
  /** Closing line of a multipart body that may hold whole requests; null outside of one. */
  multipartEnd: string | null;
}

export function newRegion(title: string | null, first: number): Region {
  return {
    title,
    first,
    metadata: [],
    extras: [],
    headers: [],
    body: [],
    request: null,
    curl: null,
    hasQuery: false,
    isMarkdown: false,
    inResponse: false,
    multipartEnd: null,
  };
}
