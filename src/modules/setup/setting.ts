/** What the server writes into the page of the set-up for its program. */
export interface SetupSetting {
  brandName: string
  appUrl: string
  passwordMinLength: number
  /** Whether there is an administrator. */
  isDone: boolean
  /** Who is signed in in this browser. Absent: nobody. */
  email?: string | undefined
}
