import '../../../test/support/help.ts'
