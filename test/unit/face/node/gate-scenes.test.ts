import { describe, expect, it } from 'vitest'
import { SceneChecker } from '../../../support/face-scenes.ts'
import { NO_MODELS } from '../../../support/gate-models.ts'

// test/checks/face-scenes.ts is the long run of this.
describe('drawn scenes', () => {
  it('seals nothing of empty, crowded and blurred ones, and finds small faces (F-14)', async (context) => {
    if (NO_MODELS) return context.skip(NO_MODELS)
    const checker = await SceneChecker.open()
    const findings = await checker.check(120, 70_000, () => undefined)
    await checker.close()
    expect(findings.taken).toEqual([])
    expect(findings.smallFaces).toBeGreaterThan(15)
    expect(findings.smallFound / findings.smallFaces).toBeGreaterThanOrEqual(0.95)
    expect(findings.peopleFit / findings.people).toBeGreaterThan(0.5)
  }, 240_000)
})
