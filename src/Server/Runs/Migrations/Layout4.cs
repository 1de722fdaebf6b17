using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ReuseAddrDashboard.Server.Runs.Migrations;

/// <summary>
/// Runs have notes, can be kept and be deleted with a way back; they are found by topic, kernel and text. What that needs of those that are there is filled in
/// with their lines of the list.
/// </summary>
[DbContext(typeof(RunsDb))]
[Migration("20261126220000_Layout4")]
internal sealed class Layout4 : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropIndex(name: "IX_runs_Result_Id", table: "runs");
        migrationBuilder.DropIndex(name: "IX_runs_Scenario_Id", table: "runs");
        migrationBuilder.AddColumn<int>(name: "Kind", table: "runs", type: "INTEGER", nullable: true);
        migrationBuilder.AddColumn<string>(name: "Note", table: "runs", type: "TEXT", nullable: false, defaultValue: "");
        migrationBuilder.AddColumn<bool>(name: "Kept", table: "runs", type: "INTEGER", nullable: false, defaultValue: false);
        migrationBuilder.AddColumn<long>(name: "Removed", table: "runs", type: "INTEGER", nullable: true);
        migrationBuilder.CreateTable(
            name: "kinds",
            columns: table => new
            {
                Number = table.Column<int>(type: "INTEGER", nullable: false).Annotation("Sqlite:Autoincrement", true),
                Topic = table.Column<string>(type: "TEXT", nullable: false),
                Kernels = table.Column<string>(type: "TEXT", nullable: false),
                Text = table.Column<string>(type: "TEXT", nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_kinds", k => k.Number)
        );
        migrationBuilder.Sql("""UPDATE "runs" SET "Summary" = NULL;""");
        migrationBuilder.CreateIndex(name: "IX_runs_List", table: "runs", columns: ["Id", "Removed", "Finished", "Kept", "Scenario", "Result", "Kind", "Note"]);
    }

    protected override void Down(MigrationBuilder migrationBuilder) => throw new NotSupportedException("The version before would list runs that were deleted.");
}
