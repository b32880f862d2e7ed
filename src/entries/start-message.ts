/**
 * What a process that listens says on its console. One value a line, after its name: easy to read and to cut out. The link
 * carries the token in its fragment, which no browser sends to a server.
 */
export const startMessage = (url: string, setupToken: string | undefined): string =>
  [
    `Threeger ID:   ${url}`,
    `Docs:          ${url}/docs`,
    ...(setupToken === undefined
      ? []
      : [
          `Set-up token:  ${setupToken}`,
          `Set up:        ${url}/setup#token=${setupToken}`,
          '',
          'There is no administrator yet: open the last link, or send the token to POST /v1/setup. It is good once, for a day.',
        ]),
  ].join('\n')
