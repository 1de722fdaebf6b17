using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Pages.Compare;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Compare;

public sealed class ArmFormsTests
{
    [Fact]
    public void Each_value_of_each_lesson_that_may_gives_two_runs_that_differ_in_it_alone_and_share_no_port()
    {
        Scenario[] lessons = [.. Lessons.All.Where(l => ListedScenario.Of(l).Twice)];
        Assert.NotEmpty(lessons);
        foreach (Scenario lesson in lessons)
        {
            foreach (ScenarioValue value in lesson.Values)
            {
                ArmForms forms = ArmForms.Of(lesson, value.Id);
                Assert.True(forms.IsValid, $"{lesson.Id}, {value.Id}");
                Assert.Equal([value.Id], lesson.Values.Select(v => v.Id).Where(id => Text(forms.Left, id) != Text(forms.Right, id)));
            }
        }

        static string Text(Components.Steps.RunForm form, string id) => form.Values.Single(v => v.Of.Id == id).Text;
    }

    [Fact]
    public void A_lesson_that_changes_a_sysctl_is_not_run_twice_at_once() =>
        Assert.All(
            Lessons.All.Where(l => l.Steps.SelectMany(s => s.Actions).Any(a => a.Do == ActionKind.Sysctl)),
            l => Assert.False(ListedScenario.Of(l).Twice)
        );
}
