-- CreateEnum
CREATE TYPE "TalkKind" AS ENUM ('message', 'note');

-- CreateEnum
CREATE TYPE "TalkState" AS ENUM ('held', 'shown', 'withheld');

-- CreateTable
CREATE TABLE "briefing" (
    "session_id" UUID NOT NULL,
    "pool_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "briefing_pkey" PRIMARY KEY ("session_id","pool_id","version")
);

-- CreateTable
CREATE TABLE "talk_message" (
    "id" UUID NOT NULL,
    "pool_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "kind" "TalkKind" NOT NULL,
    "text" TEXT NOT NULL,
    "state" "TalkState" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "listed_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" UUID,
    "reason" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "talk_message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "input_share" (
    "pool_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "mineral" TEXT NOT NULL,
    "basis_points" INTEGER NOT NULL,
    "user_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "input_share_pkey" PRIMARY KEY ("pool_id","organization_id","mineral")
);

-- CreateIndex
CREATE INDEX "talk_message_pool_id_listed_at_idx" ON "talk_message"("pool_id", "listed_at");

-- CreateIndex
CREATE INDEX "talk_message_user_id_at_idx" ON "talk_message"("user_id", "at");

-- AddForeignKey
ALTER TABLE "briefing" ADD CONSTRAINT "briefing_pool_id_fkey" FOREIGN KEY ("pool_id") REFERENCES "pool"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "talk_message" ADD CONSTRAINT "talk_message_pool_id_fkey" FOREIGN KEY ("pool_id") REFERENCES "pool"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "input_share" ADD CONSTRAINT "input_share_pool_id_fkey" FOREIGN KEY ("pool_id") REFERENCES "pool"("id") ON DELETE CASCADE ON UPDATE CASCADE;
