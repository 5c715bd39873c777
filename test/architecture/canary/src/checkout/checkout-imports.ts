import '../screen/model.ts'
