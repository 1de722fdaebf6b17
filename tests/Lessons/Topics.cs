namespace ReuseAddrDashboard.Lessons;

public sealed class TimeWaitLessons(LessonDashboard dashboard) : LessonTest(dashboard), IClassFixture<LessonDashboard>
{
    public static TheoryData<string, int> Cases => CasesOf("time-wait");

    [Theory, MemberData(nameof(Cases))]
    public Task The_kernel_does_as_the_lesson_expects(string lesson, int expectation) => Holds(lesson, expectation);
}

public sealed class LeftOnPortLessons(LessonDashboard dashboard) : LessonTest(dashboard), IClassFixture<LessonDashboard>
{
    public static TheoryData<string, int> Cases => CasesOf("left-on-port");

    [Theory, MemberData(nameof(Cases))]
    public Task The_kernel_does_as_the_lesson_expects(string lesson, int expectation) => Holds(lesson, expectation);
}

public sealed class AddressLessons(LessonDashboard dashboard) : LessonTest(dashboard), IClassFixture<LessonDashboard>
{
    public static TheoryData<string, int> Cases => CasesOf("no-time-wait", "reuseport", "addresses");

    [Theory, MemberData(nameof(Cases))]
    public Task The_kernel_does_as_the_lesson_expects(string lesson, int expectation) => Holds(lesson, expectation);
}

public sealed class ClientAndOptionLessons(LessonDashboard dashboard) : LessonTest(dashboard), IClassFixture<LessonDashboard>
{
    public static TheoryData<string, int> Cases => CasesOf("clients", "options");

    [Theory, MemberData(nameof(Cases))]
    public Task The_kernel_does_as_the_lesson_expects(string lesson, int expectation) => Holds(lesson, expectation);
}
