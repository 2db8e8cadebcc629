import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { readLabels } from '../../../../src/cli/model/read-labels.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let dir = ''
beforeEach(() => {
  dir = tempDir('labels')
})

const file = (content: string) => {
  const path = join(dir, 'labels.txt')
  writeFileSync(path, content)
  return path
}

describe('readLabels', () => {
  it.each(['coco', 'coco.txt'])('has the 80 objects of COCO as %s, in the order of the scores', (name) => {
    const labels = readLabels(name)
    expect(labels).toHaveLength(80)
    expect(new Set(labels).size).toBe(80)
    expect([labels[0], labels[2], labels[16], labels[26], labels[79]]).toEqual([
      'person',
      'car',
      'dog',
      'handbag',
      'toothbrush',
    ])
  })

  it('reads a file with one label a line, whatever the ends of lines, with a byte order mark', () => {
    expect(readLabels(file('\uFEFFwalk\r\n run \n\n'))).toEqual(['walk', 'run'])
  })

  it('takes labels separated by commas', () => {
    expect(readLabels('walk, run')).toEqual(['walk', 'run'])
  })

  it.each([
    ['missing/labels.txt', /there is no such file.*coco/],
    ['other.txt', /there is no such file/],
    ['walk,,run', /a label is empty/],
  ])('refuses %s', (text, message) => {
    expect(() => readLabels(text)).toThrow(message)
  })

  it('refuses a folder and a device', () => {
    expect(() => readLabels(dir)).toThrow(/^--labels .*cannot be read \(EISDIR\)/)
    expect(() => readLabels('/dev/zero')).toThrow(/it is a pipe or a device/)
  })

  it('refuses a file without labels', () => {
    expect(() => readLabels(file('\n \n'))).toThrow(/has no labels/)
  })
})
