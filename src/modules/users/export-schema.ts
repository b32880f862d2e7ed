import { Type } from '@sinclair/typebox'
import { t } from 'elysia'

export const exportFormats = ['ndjson', 'csv'] as const
export type ExportFormat = (typeof exportFormats)[number]

export const mediaTypes: Record<ExportFormat, string> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
}

export const ExportUsers = t.Object(
  {
    format: t.Union(
      exportFormats.map((format) => t.Literal(format)),
      { default: 'ndjson', description: 'One JSON object a line (a ManagedUser), or CSV (RFC 4180) with a heading.' },
    ),
  },
  { additionalProperties: false },
)

export const ExportedUsers = Type.String({
  contentMediaType: 'application/x-ndjson',
  description:
    'One ManagedUser a line. With format=csv the answer is text/csv: metadata is JSON in a cell, and an apostrophe stands before a cell that a spreadsheet would run as a formula.',
  examples: [
    '{"id":"usr_0190a5e0c5f87d3cb3a4c1f2e5d60718","email":"ada@example.com","emailVerified":true,"name":"Ada Lovelace","username":"ada_lovelace","locale":"en","status":"active","roles":["user"],"publicMetadata":{"plan":"pro"},"createdAt":"2026-07-09T12:00:00.000Z","updatedAt":"2026-07-09T12:00:00.000Z","privateMetadata":{"crmId":4711}}\n',
  ],
})
