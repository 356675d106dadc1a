-- CreateTable
CREATE TABLE "sheet_view" (
    "id" UUID NOT NULL,
    "sheet_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sheet_view_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "sheet_view_sheet_id_at_idx" ON "sheet_view"("sheet_id", "at");

-- AddForeignKey
ALTER TABLE "sheet_view" ADD CONSTRAINT "sheet_view_sheet_id_fkey" FOREIGN KEY ("sheet_id") REFERENCES "sheet"("id") ON DELETE CASCADE ON UPDATE CASCADE;
