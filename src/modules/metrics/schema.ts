import { Type } from '@sinclair/typebox'

export const Metrics = Type.String({
  contentMediaType: 'text/plain',
  description: 'The text format of Prometheus, version 0.0.4.',
  examples: ['# HELP threeger_up 1 while the process serves requests.\n# TYPE threeger_up gauge\nthreeger_up 1\n'],
})
