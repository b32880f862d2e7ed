/** What a process that listens says on its console. One value a line, after its name: easy to read and to cut out. */
export const startMessage = (url: string, setupToken: string | undefined): string =>
  [
    `Threeger ID:   ${url}`,
    `API docs:      ${url}/docs`,
    ...(setupToken === undefined
      ? []
      : [
          `Set-up token:  ${setupToken}`,
          '',
          'There is no administrator yet: send the token to POST /v1/setup. It is good once, for a day.',
        ]),
  ].join('\n')
