/** A list that GitHub hands out in pages. */
export interface Listing<T> {
  readonly items: readonly T[];
  /** The cursor of the next page; null where there is none, or none that is followed. */
  readonly next: string | null;
  /** Whether all items are there. */
  readonly complete: boolean;
  readonly pages: number;
}

export interface Page<T> {
  readonly nodes: readonly (T | null)[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** No list is followed further: 3,000 items, which is also what GitHub shows of a pull request's files. */
const MAX_PAGES = 30;

export const NOTHING_LISTED: Listing<never> = { items: [], next: null, complete: false, pages: 0 };

/** The list with one more page; a page that is missing, or that leads back to itself, ends it incomplete. */
export function withPage<T>(listing: Listing<T>, page: Page<T> | null | undefined): Listing<T> {
  const pages = listing.pages + 1;
  if (page === null || page === undefined) return { ...listing, next: null, complete: false, pages };
  const { hasNextPage, endCursor } = page.pageInfo;
  const leads = hasNextPage && endCursor !== null && endCursor !== listing.next && pages < MAX_PAGES;
  return {
    items: [...listing.items, ...page.nodes.filter((node) => node !== null)],
    next: leads ? endCursor : null,
    complete: !hasNextPage,
    pages,
  };
}
