/**
 * The AsyncAPI 3.0 document: what is sent and received on connections that stay open. The schemas are those that the server
 * checks messages with. https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
import type { TObject } from '@sinclair/typebox'
import manifest from '../../../package.json' with { type: 'json' }
import type { Config } from '../../config.ts'
import { info, securitySchemes } from './about.ts'
import { createSchemaWriter, exampleOf, type JsonSchema } from './json-schema.ts'

/** A message: an object with a title and a description. */
export type Message = TObject

export interface Channel {
  /** Its path, such as `/v1/realtime`. */
  address: string
  title: string
  description: string
  protocol: 'ws' | 'http'
  /** What the server sends. */
  sends: readonly Message[]
  /** What the server receives, and what it answers to each. */
  receives: readonly { message: Message; answers: readonly Message[] }[]
}

/** `channels` by their name in the document. Pure and synchronous. */
export function createAsyncApiDocument(
  channels: Readonly<Record<string, Channel>>,
  { appUrl }: Pick<Config, 'appUrl'>,
) {
  const { components, write } = createSchemaWriter()
  const messages: Record<string, JsonSchema> = {}
  const operations: Record<string, JsonSchema> = {}

  /** The description stands beside the reference: a component has it once. */
  function keep(message: Message, closed: boolean): string {
    const { title, description } = message
    if (title === undefined) throw new Error('a message of a channel needs a title')
    messages[title] ??= {
      name: title,
      title,
      summary: description,
      contentType: 'application/json',
      payload: write({ ...message, title: `${title}Payload` }, { closed }),
      examples: [{ name: 'example', payload: exampleOf(message) }],
    }
    return title
  }

  function channelOf(name: string, { address, title, description, protocol, sends, receives }: Channel): JsonSchema {
    const sent = sends.map((message) => keep(message, false))
    const received = receives.map(({ message }) => keep(message, true))
    const channel = { $ref: `#/channels/${name}` }
    const inChannel = (message: string) => ({ $ref: `#/channels/${name}/messages/${message}` })
    operations[`${name}Sends`] = {
      action: 'send',
      channel,
      summary: `The server sends on ${address}.`,
      messages: sent.map(inChannel),
    }
    for (const [index, { answers }] of receives.entries()) {
      const message = received[index] ?? ''
      operations[`${name}Receives${message}`] = {
        action: 'receive',
        channel,
        summary: `The server receives ${message} on ${address}.`,
        messages: [inChannel(message)],
        reply: { channel, messages: answers.map(({ title = '' }) => inChannel(title)) },
      }
    }
    return {
      address,
      title,
      description,
      servers: [{ $ref: `#/servers/${protocol}` }],
      messages: Object.fromEntries(
        [...new Set([...sent, ...received])].map((message) => [message, { $ref: `#/components/messages/${message}` }]),
      ),
      ...(protocol === 'ws' ? { bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } } } : {}),
    }
  }

  const written = Object.fromEntries(
    Object.entries(channels).map(([name, channel]) => [name, channelOf(name, channel)]),
  )
  const isSecure = appUrl.startsWith('https:')
  const host = appUrl.replace(/^https?:\/\//, '')
  const security = [{ $ref: '#/components/securitySchemes/bearer' }, { $ref: '#/components/securitySchemes/cookie' }]
  const { bearer, cookie } = securitySchemes({ appUrl })
  const { title, version, description, license } = info(manifest.version)
  return {
    asyncapi: '3.0.0',
    info: {
      title,
      version,
      description: `${description.split('\n\n')[0]} This document describes the connections that stay open; \`${appUrl}/openapi.json\` describes the rest of the API.`,
      license: { name: license.name, url: 'https://spdx.org/licenses/MIT.html' },
    },
    defaultContentType: 'application/json',
    servers: {
      ws: { host, protocol: isSecure ? 'wss' : 'ws', description: 'WebSocket (RFC 6455).', security },
      http: {
        host,
        protocol: isSecure ? 'https' : 'http',
        description: 'Server-sent events (HTML Standard §9.2).',
        security,
      },
    },
    channels: written,
    operations,
    components: {
      messages,
      schemas: components,
      securitySchemes: { bearer, cookie: { ...cookie, type: 'httpApiKey' } },
    },
  }
}
