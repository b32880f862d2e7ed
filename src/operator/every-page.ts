const PAGE = 100

interface Page<Row> {
  items: Row[]
  nextCursor: string | null
}

/** The rows of all pages of a list. */
export async function* every<Row>(
  read: (page: { limit: number; cursor?: string }) => Promise<Page<Row>>,
): AsyncGenerator<Row> {
  let cursor: string | null = null
  do {
    const page: Page<Row> = await read({ limit: PAGE, ...(cursor ? { cursor } : {}) })
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== null)
}
