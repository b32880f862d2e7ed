/** Answers for a browser, as the code of a feature decides on them. `http/answered.ts` sends them. */

export type Answered = Redirected | Shown

export interface Redirected {
  to: string
  /** 303 after a form, so that the browser does not repeat it. */
  status: 302 | 303
  /** Whole Set-Cookie headers. */
  cookies?: readonly string[]
}

export interface Shown {
  html: string
  /** By default 200. */
  status?: number
  headers: Readonly<Record<string, string>>
  cookies?: readonly string[]
}
