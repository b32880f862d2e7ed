import type { Tone } from '../../../../../browser/detail.tsx'

/** What `GET /v1/jobs` answers. */
export interface Job {
  id: string
  kind: string
  userId: string | null
  state: 'pending' | 'done' | 'dead' | 'discarded'
  attempts: number
  runAt: string
  lastError: string | null
  createdAt: string
  finishedAt: string | null
}

export const STATES: Readonly<Record<Job['state'], { title: string; tone: Tone; means: string }>> = {
  pending: { title: 'pending', tone: 'brand', means: 'It waits for its time, or is running.' },
  done: { title: 'done', tone: 'good', means: 'It is finished.' },
  dead: { title: 'given up', tone: 'bad', means: 'It failed, and is not tried again unless you retry it.' },
  discarded: { title: 'discarded', tone: 'plain', means: 'It was cancelled, and what it carried is deleted.' },
}

/** Of these alone the server retries or discards one. */
export const isOpen = ({ state }: Job): boolean => state === 'pending' || state === 'dead'
export const jobPage = (id: string): string => `/console/jobs/${encodeURIComponent(id)}`
