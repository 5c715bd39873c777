import '../ports/clock.ts'
