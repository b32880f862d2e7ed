import type { TestApp } from './test-app.ts'

/**
 * Runs `act` directly before the next batch that changes rows of this table: its request has been judged, and has read what it
 * changes. So `act` happens in the same moment.
 */
export function beforeWrite({ deps }: Pick<TestApp, 'deps'>, table: string, act: () => Promise<unknown>): void {
  const client = deps.db.$client
  const { batch } = client
  const change = new RegExp(`^(?:insert into|update|delete from) "${table}"`, 'i')
  client.batch = async (...args: Parameters<typeof batch>) => {
    const texts = args[0].map((one) => (typeof one === 'string' ? one : Array.isArray(one) ? one[0] : one.sql))
    if (texts.some((text) => change.test(text))) {
      client.batch = batch
      await act()
    }
    return batch.apply(client, args)
  }
}
