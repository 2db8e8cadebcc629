import { describe, expect, it } from 'vitest'
import { chooseCameras } from '../../../../src/cli/init/choose-cameras.ts'

const cameras = [{ id: 'door' }, { id: 'yard' }, { id: 'gate' }]

async function answer(...answers: string[]) {
  const said: string[] = []
  const text = async () => answers.shift()!
  const chosen = await chooseCameras(cameras, { text }, (line) => said.push(line))
  return { chosen: chosen.map(({ id }) => id), said }
}

describe('the cameras that somebody wants', () => {
  it.each([
    ['all', ['door', 'yard', 'gate']],
    ['2', ['yard']],
    ['3, 1', ['gate', 'door']],
    ['1 2', ['door', 'yard']],
    ['1,1', ['door']],
    ['2 1 2,2', ['yard', 'door']],
  ])('%s', async (text, wanted) => {
    expect((await answer(text)).chosen).toEqual(wanted)
  })

  it.each(['4', '0', '1,4', 'door', '1.5', '1,'])('are asked for again after %s', async (text) => {
    const { chosen, said } = await answer(text, '2')
    expect(chosen).toEqual(['yard'])
    expect(said).toEqual(['  1  door', '  2  yard', '  3  gate', 'Give numbers from 1 to 3.'])
  })
})
