import type { ErrorDeclaration } from '../../core/feature.ts'
import { catalogue } from '../../errors.ts'

/** docs/errors.md: the error catalogue for readers of the repository. The page /docs/errors shows the same. */
export function errorsMarkdown(): string {
  const rows = Object.entries(catalogue).map(
    ([code, error]) =>
      `| <a id="${code}"></a>\`${code}\` | ${error.status} | ${error.title} | ${[error.remedy, ...deprecation(error)].join(' ')} |`,
  )
  return `# Errors

Generated from what each \`feature.ts\` declares, by \`bun run openapi\`. Do not edit it by hand.

Every failure is a problem document (\`application/problem+json\`, RFC 9457):

\`\`\`json
{
  "type": "https://id.example.com/docs/errors#user.not_found",
  "title": "${catalogue['user.not_found'].title}",
  "status": ${catalogue['user.not_found'].status},
  "code": "user.not_found",
  "requestId": "req_192121646ad746969"
}
\`\`\`

Use \`code\` to tell errors apart: a code is never renamed. \`errors\`, if present, lists each fault as \`{ path, message }\`; \`path\` is a
JSON Pointer. \`type\` leads to the same text on the server's own page. Quote \`requestId\` when you report a failure.

| code | status | what happened | what to do |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}

/**
 * The sentences for a deprecated code. A client that handles both codes needs no change when the server sends only the
 * new one.
 */
export const deprecation = ({ deprecatedFor }: ErrorDeclaration): string[] =>
  deprecatedFor === undefined
    ? []
    : [`Deprecated: it means the same as \`${deprecatedFor}\`, which will replace it. Handle both.`]
