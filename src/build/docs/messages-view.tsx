/** @jsxImportSource @kitajs/html */
/** The messages of a WebSocket, from the AsyncAPI document: below the operation that opens it. */
import { escapeHtml } from '@kitajs/html'
import type { createAsyncApiDocument } from '../../http/openapi/asyncapi.ts'
import { codeBlock } from '../../modules/docs/highlight.ts'
import type { Page } from '../../modules/docs/site.ts'
import { asWritten, renderInline, slugOf } from './markdown.ts'
import type { OpenApi, Schema } from './openapi-types.ts'
import { schemaView } from './schema-view.tsx'

type AsyncApi = ReturnType<typeof createAsyncApiDocument>

/** What stands below the operations of a tag. */
export interface Below {
  html: string
  contents: Page['contents']
}

/** `channel`: its name in the document. */
export function messagesOf(document: AsyncApi, channel: string): Below {
  // Only the schemas are followed, and both documents have them in one place.
  const schemas = { components: { schemas: document.components.schemas } } as unknown as OpenApi
  const shown = Object.entries(document.operations).flatMap(([name, operation]) =>
    name.startsWith(`${channel}Sends`) || name.startsWith(`${channel}Receives`)
      ? (operation.messages as { $ref: string }[]).map(({ $ref }) => ({
          title: $ref.split('/').at(-1) ?? '',
          isSent: operation.action === 'send',
        }))
      : [],
  )
  const ordered = [...shown.filter(({ isSent }) => !isSent), ...shown.filter(({ isSent }) => isSent)]
  const idOf = (title: string) => `message-${slugOf(title)}`
  return {
    html: ordered
      .map(({ title, isSent }) => {
        const message = document.components.messages[title] as unknown as Message // as it is written there
        return (
          <section class="operation" aria-labelledby={idOf(title)}>
            <div class="explained">
              <h2 id={idOf(title)}>
                {escapeHtml(title)}
                <a class="anchor" href={`#${idOf(title)}`} aria-label={`Link to “${escapeHtml(title)}”`}>
                  #
                </a>
              </h2>
              <p class="access">{isSent ? 'The server sends this message.' : 'The client sends this message.'}</p>
              <p>{renderInline(message.summary, asWritten)}</p>
              {schemaView(message.payload, { document: schemas, within: [] })}
            </div>
            <div class="samples">{codeBlock(JSON.stringify(message.examples[0]?.payload, undefined, 2), 'json')}</div>
          </section>
        ) as string
      })
      .join('\n'),
    contents: ordered.map(({ title }) => ({ id: idOf(title), text: title, level: 2 })),
  }
}

interface Message {
  summary: string
  payload: Schema
  examples: readonly { payload: unknown }[]
}
