import { afterEach, expect, it, vi } from 'vitest'
import type { FeedLooker, LiveFeed } from '../../../../src/camera/preview/live-feed.ts'
import { createLoopbackCopy, type LoopbackCopy } from '../../../../src/camera/preview/loopback-copy.ts'

const own = process.getuid?.() ?? null
let copies: LoopbackCopy | null = null
afterEach(() => copies?.close())

function fakeFeed() {
  const lookers = new Set<FeedLooker>()
  const feed = {
    look(looker: FeedLooker) {
      lookers.add(looker)
      looker.begin({ data: Buffer.from('init') } as never)
      return () => lookers.delete(looker)
    },
  } as unknown as LiveFeed
  const show = (text: string) => {
    for (const { media } of lookers) media({ data: Buffer.from(text) } as never)
  }
  return { feed, lookers, show }
}

async function begin(url: string) {
  const answer = await fetch(url)
  const reader = answer.body!.getReader()
  const next = async () => Buffer.from((await reader.read()).value ?? []).toString()
  return { status: answer.status, next }
}

it('gives a stream to its first reader alone, who keeps it', async () => {
  const { feed, lookers, show } = fakeFeed()
  copies = createLoopbackCopy()
  const { url, withdraw } = await copies.offer(feed)
  const first = await begin(url)
  expect([first.status, await first.next()]).toEqual([200, 'init'])
  expect((await fetch(url)).status).toBe(404)
  show('more')
  expect(await first.next()).toBe('more')
  withdraw()
  await vi.waitFor(() => expect(lookers.size).toBe(0))
  await expect(fetch(url)).rejects.toThrow()
})

it.runIf(own !== null)('gives a program of another user nothing, and waits for its own', async () => {
  const { feed } = fakeFeed()
  const owners = [own! + 1, own!]
  copies = createLoopbackCopy({ ownerOf: () => owners.shift() ?? null })
  const { url, withdraw } = await copies.offer(feed)
  expect((await fetch(url)).status).toBe(404)
  expect((await begin(url)).status).toBe(200)
  withdraw()
})

it('keeps listening while another stream is read', async () => {
  copies = createLoopbackCopy()
  const [one, two] = [fakeFeed(), fakeFeed()]
  const first = await copies.offer(one.feed)
  const second = await copies.offer(two.feed)
  const reader = await begin(first.url)
  await reader.next()
  second.withdraw()
  one.show('more')
  expect(await reader.next()).toBe('more')
  first.withdraw()
})
