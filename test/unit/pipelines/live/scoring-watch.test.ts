import { describe, expect, it } from 'vitest'
import { createScoringWatch } from '../../../../pipelines/live/scoring-watch.ts'
import { createFakeClock } from '../../infer/fake-clock.ts'

function setUp() {
  const time = createFakeClock()
  const watch = createScoringWatch(time.clock)
  const said: (string | null)[] = []
  watch.trouble$.subscribe((trouble) => said.push(trouble && `${trouble.code} ${trouble.reason}`))
  /** Frames, five a second; `scored`: the model answers once a second. */
  const run = async (seconds: number, { model = 'a', active = true, scored = false } = {}) => {
    for (let n = 0; n < seconds * 5; n += 1) {
      await time.pass(200)
      watch.frame(model, { active, windowMs: 2000 })
      if (scored && n % 5 === 0) watch.scored(model)
    }
  }
  return { time, watch, said, run }
}
const silent = (model: string) => `MODEL_SILENT frames arrive, but model "${model}" says nothing of them`

describe('watch of the scores', () => {
  it('says which model is silent while something moves, and that it speaks again', async () => {
    const { run, watch, said } = setUp()
    await run(60, { scored: true })
    await run(37)
    expect(said).toEqual([null])
    await run(2)
    expect(said).toEqual([null, silent('a')])
    watch.scored('a')
    expect(said).toEqual([null, silent('a'), null])
  })

  it('expects nothing where nothing moves, nor of frames that pause', async () => {
    const { run, time, said } = setUp()
    await run(120, { active: false })
    await run(30)
    await time.pass(6000)
    await run(30)
    expect(said).toEqual([null])
  })

  it('does not let one model speak for another', async () => {
    const { watch, said, time } = setUp()
    for (let n = 0; n < 45 * 5; n += 1) {
      await time.pass(200)
      for (const model of ['a', 'b']) watch.frame(model, { active: true, windowMs: 2000 })
      watch.scored('b')
    }
    expect(said).toEqual([null, silent('a')])
  })
})
