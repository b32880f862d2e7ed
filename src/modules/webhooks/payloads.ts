/**
 * The bodies of deliveries. A version of the payload never changes: an endpoint gets the version that it was made with until
 * somebody changes it. `test/modules/webhooks/payloads.test.ts` has the bytes of each.
 */
import type { WireEvent } from '../../core/feed/wire-event.ts'

export type Format = 'standard' | 'cloudevents' | 'slack'
export type PayloadVersion = '1' | '2'
/** The version of new endpoints. */
export const LATEST_VERSION: PayloadVersion = '2'

const versions: Record<PayloadVersion, (event: WireEvent) => Record<string, unknown>> = {
  /** The least that a receiver needs: it reads the rest from the API. */
  '1': ({ id, type, at, subject, data }) => ({ id, type, at, subject, data }),
  /** Also who did it, in which organisation, and with which result. */
  '2': ({ id, type, at, subject, actorId, orgId, result, data }) => ({
    id,
    type,
    at,
    subject,
    actorId,
    orgId,
    result,
    data,
  }),
}

export interface Payload {
  contentType: string
  body: string
}

/** `source`: the URL of this server. A row of another release may have a version that is unknown here: the newest one then. */
export function payloadOf(
  event: WireEvent,
  { format, version, source }: { format: Format; version: string; source: string },
): Payload {
  const fields = versions[version === '1' ? '1' : LATEST_VERSION](event)
  const body = JSON.stringify(shapes[format](event, fields, source))
  return { contentType: contentTypeOf(body), body }
}

const CLOUDEVENTS = '{"specversion":'

/** The type of these bytes. The format of the endpoint may have changed since they were made, and each attempt sends the same ones. */
export const contentTypeOf = (body: string): string =>
  body.startsWith(CLOUDEVENTS) ? 'application/cloudevents+json; charset=utf-8' : 'application/json'

const shapes: Record<Format, (event: WireEvent, fields: Record<string, unknown>, source: string) => object> = {
  standard: (_event, fields) => fields,
  cloudevents,
  slack: (event) => ({ text: slackText(event) }),
}

/** CloudEvents 1.0, structured mode (§3 of the JSON format). Names of extension attributes have lower-case letters only. */
function cloudevents(
  { id, type, at, subject }: WireEvent,
  { actorId, orgId, result, data }: Record<string, unknown>,
  source: string,
): object {
  return {
    specversion: '1.0',
    id,
    source,
    type,
    time: at,
    ...(subject === null ? {} : { subject }),
    ...(typeof actorId === 'string' ? { actorid: actorId } : {}),
    ...(typeof orgId === 'string' ? { orgid: orgId } : {}),
    ...(typeof result === 'string' ? { result } : {}),
    datacontenttype: 'application/json',
    data,
  }
}

/** A message of Slack takes 40,000 characters, and of Mattermost fewer. */
const MAX_DATA = 2_000

/** Text for Slack, Mattermost, Discord (`/slack`) and others that read its messages. */
function slackText({ type, at, subject, actorId, orgId, result, data }: WireEvent): string {
  const facts = [
    ['Subject', subject],
    ['Actor', actorId],
    ['Organisation', orgId === subject ? null : orgId],
    ['Time', at],
  ].flatMap(([label, value]) => (value === null ? [] : [`${label}: ${escaped(String(value))}`]))
  const details = JSON.stringify(data)
  return [
    `*${escaped(type)}*${result === 'failure' ? ' (failed)' : ''}`,
    ...facts,
    ...(details === '{}' ? [] : [`\`${escaped(details.slice(0, MAX_DATA).replaceAll('`', "'"))}\``]),
  ].join('\n')
}

/** Slack reads these as links, mentions and channels: `<!channel>` would wake everybody. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
