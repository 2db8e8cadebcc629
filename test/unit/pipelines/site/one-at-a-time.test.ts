import { describe, expect, it } from 'vitest'
import { createOneAtATime } from '../../../../pipelines/site/one-at-a-time.ts'

describe('heavy work', () => {
  it('is refused while it is done, unless somebody may wait', async () => {
    const one = createOneAtATime('it is done')
    const first = Promise.withResolvers<string>()
    const done = one(() => first.promise)
    await expect(one(async () => 'second')).rejects.toMatchObject({
      code: 'API_BUSY',
      message: expect.stringContaining('it is done'),
    })
    first.resolve('first')
    expect(await done).toBe('first')
    expect(await one(async () => 'third')).toBe('third')
  })

  it('is done one after the other, whatever becomes of the one before', async () => {
    const one = createOneAtATime('it is done', 2)
    const order: string[] = []
    const work = (name: string, fails = false) =>
      one(async () => {
        order.push(`${name} begins`)
        await Promise.resolve()
        order.push(`${name} ends`)
        if (fails) throw new Error(name)
      })
    const all = await Promise.allSettled([work('a', true), work('b'), work('c'), work('d')])
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'rejected'])
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })
})
