using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Server.Runs.Migrations;

/// <summary>
/// Runs say their format. Those that are there are of format 1 and are not rewritten; their lines of the list are, from their logs, when they are asked for.
/// </summary>
[DbContext(typeof(RunsDb))]
[Migration("20261126000000_Layout2")]
internal sealed class Layout2 : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>(name: "Format", table: "runs", type: "TEXT", nullable: false, defaultValue: RunFormat1.Name);
        migrationBuilder.Sql("""UPDATE "runs" SET "Summary" = NULL;""");
        // The first version knows no migrations and looks at this number alone.
        migrationBuilder.Sql("PRAGMA user_version = 2;");
    }

    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("Runs of format 2 cannot be read by the version before.");
}
