-- Until now targets and stock stood in the sheet that manufacturers receive. That sheet, with its history, comments and versions, is from now on
-- the internal one, for officials alone; the server makes a new shared sheet beside it when it starts, without a single internal value
-- (server/reserve/two-faces.ts).
UPDATE "sheet" SET "kind" = 'targets' WHERE "kind" = 'priorities';
